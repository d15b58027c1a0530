zones --root fixtures/6.18-zones-uma.cap --json
