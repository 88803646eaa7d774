"""Read what comes from outside in a child process."""
