zones --root fixtures/hand-zones-burst.cap --threshold watermark-low=1% --threshold watermark-quick=95%
