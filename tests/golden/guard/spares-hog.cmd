guard --replay fixtures/guard/kill-hog.rec --config fixtures/guard/spares-hog.conf
