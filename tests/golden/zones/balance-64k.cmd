zones --balance --root fixtures/hand-zones-64k.cap
