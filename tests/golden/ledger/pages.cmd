ledger --counters --pages --root fixtures/hand-pages.cap
