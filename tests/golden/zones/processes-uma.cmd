zones --processes --root fixtures/6.18-zones-uma.cap
