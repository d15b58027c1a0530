zones --root fixtures/hand-zones-hugepages.cap
