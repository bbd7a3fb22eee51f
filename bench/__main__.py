"""`make bench`: print every figure that the project claims, as this machine gives it now."""

from bench import parsing

parsing.main()
