zones --balance --threshold balance-large=1000 --root fixtures/hand-balance.cap
