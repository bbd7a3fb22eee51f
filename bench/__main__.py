"""`make bench`: print every figure that the project claims, as this machine gives it now."""

from bench import comparison, held_open, overload, parsing, verify

parsing.main()
verify.main()
comparison.main()
overload.main()
held_open.main()
