guard --replay fixtures/guard/kill-hog.rec --json
