zones --balance --json --root fixtures/hand-balance.cap
