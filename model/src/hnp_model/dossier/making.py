"""Makes a page on models: one file that needs no server and no network, and names nobody."""

from hnp_model.dossier.asked import Asked, Made
from hnp_model.dossier.contents import content_of
from hnp_model.dossier.judged import read_judged
from hnp_model.dossier.language import words_in
from hnp_model.dossier.writing import render
from hnp_model.runs.run_folder import refuse_own_file
from hnp_shared.places import refuse_place
from hnp_shared.storage import replace_file


def make_report(asked: Asked) -> Made:
    """Write the page.

    Raises:
        InputError: a run was not evaluated on the part, or what stands beside is not about it.
        OutputError: the file exists, lies in a data set, or is one of a run.
        StorageError: a read or write failed.
    """
    refuse_place(asked.file, force=asked.force)
    refuse_own_file(asked.file)
    runs = read_judged(asked.runs, asked.part)
    words = words_in(asked.language)
    content = content_of(asked, runs, words)
    page = render(words, content)
    replace_file(asked.file, lambda sink: sink.write(page), role="the report")
    return Made(
        file=str(asked.file),
        part=asked.part,
        runs=len(runs),
        patients=runs[0].evaluated.patient_count,
        pictures=sum(len(run["gallery"] or ()) for run in content["runs"]),
        size_bytes=len(page),
    )
