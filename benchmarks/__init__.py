"""Side-by-side timings: `python -m benchmarks NAME`. Ratios in one run, never tests."""
