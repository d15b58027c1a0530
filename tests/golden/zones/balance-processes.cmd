zones --balance --processes --root fixtures/hand-balance.cap
