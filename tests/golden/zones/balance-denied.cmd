zones --balance --root fixtures/broken-denied.cap
