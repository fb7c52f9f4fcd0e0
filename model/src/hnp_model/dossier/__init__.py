"""The page on one or several models: what evaluations found, for clinicians and for reviewers."""
