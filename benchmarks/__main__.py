"""`python -m benchmarks eager`"""

import sys

from benchmarks import eager

BENCHMARKS = {"eager": eager.main}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in BENCHMARKS:
        sys.exit(f"usage: python -m benchmarks [{' | '.join(BENCHMARKS)}]")
    BENCHMARKS[sys.argv[1]]()
