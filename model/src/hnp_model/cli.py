"""The command `hnp-train`; each command has a module of its own, imported when called."""

import click

from hnp_model import __version__
from hnp_model.fitting.several.torchrun import first_of_several, keep_quiet, one_of_several
from hnp_shared.command import Place, lazy_group

_COMMANDS = {
    "audit": Place(
        "hnp_model.commands.audit:audit_command",
        "Look for leaks and shortcuts in the data set OUT as it is split; exits with 3 if any.",
    ),
    "agree": Place(
        "hnp_model.commands.agree:agree_command",
        "Tell how far two readers agree, by what each wrote in a file of corrections.",
    ),
    "check-model": Place(
        "hnp_model.commands.check_model:check_model_command",
        "Tell what the exported FILE says of itself, and try it on the data set OUT.",
    ),
    "compare": Place(
        "hnp_model.commands.compare:compare_command",
        "Tell whether the second RUN is better than the first on the same slices.",
    ),
    "crossval": Place(
        "hnp_model.commands.crossval:crossval_command",
        "Fit and evaluate every fold on the data set OUT, one run folder each.",
    ),
    "evaluate": Place(
        "hnp_model.commands.evaluate:evaluate_command",
        "Judge the model in RUN on the data set OUT; thresholds come from the run.",
    ),
    "explain": Place(
        "hnp_model.commands.explain:explain_command",
        "Show what the network in RUN looks at in the data set OUT; exits with 3 on a shortcut.",
    ),
    "export": Place(
        "hnp_model.commands.export:export_command",
        "Write the network in RUN as an ONNX file, which judges val as the run does or is not "
        "written.",
    ),
    "fit": Place(
        "hnp_model.commands.fit:fit_command",
        "Train a network on the data set OUT.",
    ),
    "measure": Place(
        "hnp_model.commands.measure:measure_command",
        "Measure the masks of the data set OUT: disc, annulus, nucleus, sac and protrusion, in mm.",
    ),
    "plan": Place(
        "hnp_model.commands.plan:plan_command",
        "Tell how many patients test and val need, before any is spent.",
    ),
    "predict": Place(
        "hnp_model.commands.predict:predict_command",
        "Write what the model in RUN says of each slice, disc and patient of the data set OUT.",
    ),
    "replay": Place(
        "hnp_model.commands.replay:replay_command",
        "Train RUN again as its config.json says, and compare; exits with 3 if bits differ.",
    ),
    "report": Place(
        "hnp_model.commands.report:report_command",
        "Write what was found of the evaluated RUN to one page: figures, threshold, checklists.",
    ),
    "review": Place(
        "hnp_model.commands.review:review_command",
        "Write a page on which a reader goes through slices of OUT and corrects labels, offline.",
    ),
    "segment": Place(
        "hnp_model.commands.segment:segment_command",
        "Outline discs, annulus, nucleus and sac with a small U-Net: fit, predict, evaluate.",
    ),
    "show": Place(
        "hnp_model.commands.show:show_command",
        "Draw slices of the data set OUT as a network sees them, and as a training varies them.",
    ),
    "split": Place(
        "hnp_model.commands.split:split_command",
        "Split the data set OUT into train, val and test (or folds) and write a split file.",
    ),
    "suspects": Place(
        "hnp_model.commands.suspects:suspects_command",
        "List labels that are likely wrong, by what folds of CROSSVAL say of discs they have not "
        "seen.",
    ),
    "teach": Place(
        "hnp_model.commands.teach:teach_command",
        "Write a quiz on slices of OUT: answer first, then see label, model and map; with a score.",
    ),
    "tune": Place(
        "hnp_model.commands.tune:tune_command",
        "Look for the settings whose fit on OUT has the best AUC by disc on val.",
    ),
}


@click.group(cls=lazy_group(_COMMANDS), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hnp-train")
@click.pass_context
def main(context: click.Context) -> None:
    """Split, train and evaluate herniation models on an hnp data set."""
    if one_of_several():
        keep_quiet()
    if one_of_several() and context.invoked_subcommand != "fit":
        if not first_of_several():
            context.exit(click.UsageError.exit_code)
        raise click.UsageError("found several processes, expected one; only fit shares its work")
