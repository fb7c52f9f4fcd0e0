"""The end of a network that tells label codes apart, and what it says of each.

Codes as classes: the softmax of a score each. Codes as grades: proportional odds, one score and a
cut between each two neighbours (McCullagh P, Regression models for ordinal data, JRSS B 1980; 42:
109-142); as in CORAL (Cao W et al., Pattern Recognition Letters 2020; 140: 325-331) all cuts share
the weights before them, and here they cannot change places.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn.functional import log_softmax, logsigmoid, softplus

from hnp_model.fitting.networks.ensemble import BothWays
from hnp_model.settings.codes import CodeTarget

Numbers = npt.NDArray[np.float64]


class CodeHead(nn.Module):
    """Gives the log probability of each code in training, the logit of being a patient else.

    So that whatever looks at a trained network finds the one logit that all networks give.

    Args:
        codes: those of train, and what they mean.
    """

    def __init__(self, codes: CodeTarget) -> None:
        super().__init__()
        means = torch.tensor(codes.patient)
        # Not stored, for the run's settings have them; indices, whose count an exporter knows.
        self.register_buffer("patient", torch.nonzero(means)[:, 0], persistent=False)
        self.register_buffer("normal", torch.nonzero(~means)[:, 0], persistent=False)

    def each(self, scores: torch.Tensor) -> torch.Tensor:
        """Return the log probability of each code, (slice, code)."""
        return log_softmax(scores, dim=1)

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        """Return (slice, code) log probabilities, or (slice, 1) logits of being a patient.

        Args:
            scores: (slice, code), or (slice, 1) of grades.
        """
        each = self.each(scores)
        if self.training:
            return each
        yes, no = (each[:, cast("torch.Tensor", one)] for one in (self.patient, self.normal))
        return (torch.logsumexp(yes, dim=1) - torch.logsumexp(no, dim=1)).unsqueeze(1)


class GradeHead(CodeHead):
    """The same for codes that are grades; its cuts begin where train's shares put them.

    In so few steps as small data sets have, Adam would hardly move them there.

    Args:
        codes: those of train, and what they mean.
        alike: whether all codes count alike in training, however many slices have them.
    """

    def __init__(self, codes: CodeTarget, *, alike: bool = False) -> None:
        super().__init__(codes)
        counts = [1] * len(codes.counts) if alike else codes.counts
        below = [sum(counts[: cut + 1]) / sum(counts) for cut in range(len(counts) - 1)]
        cuts = [math.log(share / (1 - share)) for share in below]
        gaps = [high - low for low, high in pairwise(cuts)]
        self.first = nn.Parameter(torch.tensor(cuts[0]))
        self.gaps = nn.Parameter(torch.tensor([math.log(math.expm1(gap)) for gap in gaps]))

    def each(self, scores: torch.Tensor) -> torch.Tensor:
        """Return the log probability of each code, (slice, code)."""
        gaps = softplus(self.gaps)
        cuts = self.first + torch.cat([gaps.new_zeros(1), gaps]).cumsum(0)
        above = scores - cuts  # (slice, cut), logits of lying above each cut
        # s(a) - s(b) = s(a) s(-b) (1 - exp(b - a)) for logits a > b, exact where both are extreme.
        between = logsigmoid(above[:, :-1]) + logsigmoid(-above[:, 1:])
        between = between + torch.log(-torch.expm1(-gaps))
        return torch.cat([logsigmoid(-above[:, :1]), between, logsigmoid(above[:, -1:])], dim=1)


def over_codes(network: nn.Module, codes: CodeTarget, *, alike: bool) -> nn.Module:
    """Return a network that tells codes apart, in the place of one that ends in a single logit.

    Args:
        network: as it is built for a single logit; its end is replaced.
        codes: those of train, and what they mean.
        alike: whether all codes count alike in training.
    """
    end = cast("nn.Sequential", network.fc)
    seen = cast("nn.Linear", end[-1]).in_features
    if codes.model == "ordinal":
        end[-1] = nn.Linear(seen, 1, bias=False)  # the cuts are its bias
        end.append(GradeHead(codes, alike=alike))
    else:
        end[-1] = nn.Linear(seen, len(codes.classes))
        end.append(CodeHead(codes))
    return network


class Heard:
    """What the heads of a network have said of codes since somebody listens.

    Args:
        member_count: networks whose mean is the prediction.
        ways: how often each looks at a batch.
    """

    def __init__(self, member_count: int, ways: int) -> None:
        self._shape = (ways, member_count)
        self._said: list[Numbers] = []

    def take(self, head: nn.Module, given: tuple[torch.Tensor], _gives: torch.Tensor) -> None:
        """Note what a head says of a batch; torch calls it after each."""
        each = cast("CodeHead", head).each(given[0]).exp()
        self._said.append(each.cpu().numpy().astype(np.float64))

    def probabilities(self) -> Numbers:
        """Return the probability of each code, (member, slice, code)."""
        calls = self._shape[0] * self._shape[1]  # of a batch: each member in turn, each way
        batches = [
            np.stack(self._said[first : first + calls])
            for first in range(0, len(self._said), calls)
        ]
        return np.concatenate(
            [batch.reshape(*self._shape, *batch.shape[1:]).mean(axis=0) for batch in batches],
            axis=1,
        )


@contextmanager
def hearing_codes(network: nn.Module) -> Iterator[Heard | None]:
    """Give what the network says of codes while the block lasts; None where it knows none."""
    heads = [part for part in network.modules() if isinstance(part, CodeHead)]
    if not heads:
        yield None
        return
    heard = Heard(len(heads), 2 if isinstance(network, BothWays) else 1)
    hooks = [head.register_forward_hook(heard.take) for head in heads]
    try:
        yield heard
    finally:
        for hook in hooks:
            hook.remove()
