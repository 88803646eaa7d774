"""Why a socket is closed: pages and other clients act on these numbers."""

SIGN_IN, NOT_ALLOWED, NO_SUCH_DEAL = 4401, 4403, 4404
TRY_AGAIN, FAILED, DONE = 1013, 1011, 1000
