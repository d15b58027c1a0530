ledger --counters --pages --root fixtures/hand-pages-sampled.cap
