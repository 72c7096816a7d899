"""`python -m app.cli`, for where the script is not installed."""

import sys

from app.cli import main

sys.exit(main())
