zones --balance --apply --root fixtures/hand-balance.cap
