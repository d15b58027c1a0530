guard --replay fixtures/guard/kill-hog.rec --ndjson --config fixtures/guard/spares-hog.conf
