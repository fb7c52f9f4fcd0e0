import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from hnp_model.fitting.losses import loss_for
from hnp_model.settings.craft import Craft

TRUTH = np.array([True, False, False, False])
LOGITS, TARGETS = torch.tensor([0.5, -1.0, 2.0, 0.1]), torch.from_numpy(TRUTH.astype(np.float32))


def test_the_plain_loss_is_the_reports_to_the_bit() -> None:
    found = loss_for(Craft(), TRUTH).of(LOGITS, TARGETS)
    assert torch.equal(found, binary_cross_entropy_with_logits(LOGITS, TARGETS))


def test_balanced_classes_count_alike() -> None:
    found = loss_for(Craft(balance="loss"), TRUTH).of(LOGITS, TARGETS)
    each = binary_cross_entropy_with_logits(LOGITS, TARGETS, reduction="none")
    assert float(found) == pytest.approx(float(each[:1].mean() + each[1:].mean()) / 2)


def test_one_class_alone_is_left_as_it_is() -> None:
    assert loss_for(Craft(balance="loss"), np.ones(3, np.bool_)).weights is None


def test_smoothed_labels_are_best_met_short_of_certainty() -> None:
    loss = loss_for(Craft(label_smoothing=0.1), TRUTH)
    logits = torch.linspace(-8, 8, 1601)
    each = torch.stack([loss.of(logit.reshape(1), torch.ones(1)) for logit in logits])
    assert float(torch.sigmoid(logits[each.argmin()])) == pytest.approx(0.95, abs=0.002)
