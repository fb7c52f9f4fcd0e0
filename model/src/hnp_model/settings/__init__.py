"""What each command is asked to do; free of torch and numpy, so that --help comes at once."""

from hnp_model.settings.audit import (
    TRIAL_EPOCHS,
    AuditSettings,
)
from hnp_model.settings.codes import (
    CODE_MODELS,
    CodeModel,
    CodeTarget,
)
from hnp_model.settings.craft import (
    BALANCES,
    PLAIN,
    SCHEDULES,
    Balance,
    Computing,
    Craft,
    Schedule,
)
from hnp_model.settings.evaluate import (
    ALL,
    EvaluateSettings,
    PredictSettings,
)
from hnp_model.settings.fit import (
    BASELINES,
    CHANNELS,
    DEFAULT_LR,
    DEFAULT_WIDTH,
    DEVICES,
    INPUTS,
    LARGEST_BATCH,
    LARGEST_SEED,
    LARGEST_WIDTH,
    MODELS,
    SHAPED,
    FitSettings,
    Inputs,
    ModelName,
)
from hnp_model.settings.plan import (
    PlanSettings,
)
from hnp_model.settings.split import (
    SCHEMES,
    Scheme,
    SplitSettings,
)
from hnp_model.settings.tune import (
    DIMENSIONS,
    Dimension,
    TuneSettings,
)

__all__ = [
    "ALL",
    "BALANCES",
    "BASELINES",
    "CHANNELS",
    "CODE_MODELS",
    "DEFAULT_LR",
    "DEFAULT_WIDTH",
    "DEVICES",
    "DIMENSIONS",
    "INPUTS",
    "LARGEST_BATCH",
    "LARGEST_SEED",
    "LARGEST_WIDTH",
    "MODELS",
    "PLAIN",
    "SCHEDULES",
    "SCHEMES",
    "SHAPED",
    "TRIAL_EPOCHS",
    "AuditSettings",
    "Balance",
    "CodeModel",
    "CodeTarget",
    "Computing",
    "Craft",
    "Dimension",
    "EvaluateSettings",
    "FitSettings",
    "Inputs",
    "ModelName",
    "PlanSettings",
    "PredictSettings",
    "Schedule",
    "Scheme",
    "SplitSettings",
    "TuneSettings",
]
