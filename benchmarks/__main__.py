"""`python -m benchmarks accuracy`, `compiling`, `drawing`, `eager` or `stepping`"""

import sys
from importlib import import_module

BENCHMARKS = ["accuracy", "compiling", "drawing", "eager", "stepping"]

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in BENCHMARKS:
        sys.exit(f"usage: python -m benchmarks [{' | '.join(BENCHMARKS)}]")
    import_module(f"benchmarks.{sys.argv[1]}").main()
