zones --balance --root fixtures/6.18-zones-uma.cap
