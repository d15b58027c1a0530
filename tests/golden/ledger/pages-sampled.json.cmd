ledger --counters --pages --json --root fixtures/hand-pages-sampled.cap
