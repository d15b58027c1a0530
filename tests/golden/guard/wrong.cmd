guard --replay fixtures/guard/wrong.rec
