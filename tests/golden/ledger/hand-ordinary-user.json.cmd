ledger --json --root fixtures/hand-ordinary-user.cap
