zones --balance --request order=2 --root fixtures/hand-balance.cap
