"""`make bench`: print every figure that the project claims, as this machine gives it now."""

from bench import comparison, held_open, overload, parsing, patience, verify

parsing.main()
verify.main()
comparison.main()
patience.main()
overload.main()
held_open.main()
