ledger --json --root fixtures/hand-hostile-names.cap
