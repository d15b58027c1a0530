zones --balance --root fixtures/hand-balance.cap
