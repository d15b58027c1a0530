zones --root fixtures/hand-zones-burst.cap
