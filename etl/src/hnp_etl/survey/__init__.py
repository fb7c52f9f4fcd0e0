"""What lies in hospital folders that nobody has described, and a recipe drafted from it."""

from hnp_etl.survey.findings import Findings
from hnp_etl.survey.private_page import PRIVATE_PAGE, private_page
from hnp_etl.survey.recipe_text import recipe_text
from hnp_etl.survey.run import SurveyConfig, survey
from hnp_etl.survey.text import page

__all__ = [
    "PRIVATE_PAGE",
    "Findings",
    "SurveyConfig",
    "page",
    "private_page",
    "recipe_text",
    "survey",
]
