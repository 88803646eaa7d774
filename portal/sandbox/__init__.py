"""Run work on bytes from outside in child processes with limits of time and memory."""
