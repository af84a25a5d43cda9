"""Speed and memory, measured side by side in one run: `make bench`.

Nothing here passes or fails: the machines are noisy. Ratios are to be trusted, figures to be read.
"""
