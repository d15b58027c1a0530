ledger --counters --pages --root fixtures/hand-pages-sums.cap
