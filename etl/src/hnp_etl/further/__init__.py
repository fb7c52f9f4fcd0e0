"""Further columns: what a hospital's own table tells of patients, joined inside the hospital."""
