"""A phantom on the disk: images and labels in the delivered layout, the truth beside them."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from hnp_etl.phantom.acquisition import acquire, scene_of
from hnp_etl.phantom.axial import AxialCut
from hnp_etl.phantom.dicom import Image, dicom_bytes
from hnp_etl.phantom.handed_over import Labelled, Labels, label_files
from hnp_etl.phantom.label_maps import write_label_map
from hnp_etl.phantom.labels import LabelStyle, label_bytes
from hnp_etl.phantom.layouts import HANDED_OVER, TreeLayout, paths_of
from hnp_etl.phantom.masks import MaskWriter
from hnp_etl.phantom.people import Patient, make_patients
from hnp_etl.phantom.planted import Faults, Reading, read_disc, with_longer_echo, with_marker
from hnp_etl.phantom.scanners import SeriesKind, scanner_of
from hnp_etl.phantom.study import Planned, plan_study
from hnp_etl.phantom.traps import Trap, label_place, trap_files
from hnp_etl.phantom.truth import TruthRow, masks_path_of, truth_bytes, truth_path_of, truth_row
from hnp_etl.pixels.transform import use_one_plain_thread
from hnp_etl.walking.walk import refuse_overlap
from hnp_shared.errors import OutputError, StorageError
from hnp_shared.names import is_dropping
from hnp_shared.places import refuse_in_dataset
from hnp_shared.progress import track

_ROLE = "the phantom"
_RSNA_KINDS = (SeriesKind.T2_AXIAL, SeriesKind.T2_SAGITTAL)


@dataclass(frozen=True, slots=True)
class PhantomConfig:
    """What to make.

    Attributes:
        directory: of the tree; the truth lies beside it.
        masks: whether masks of disc and sac are written beside it too.
        traps: what else lies in the tree.
        matrix: rows and columns of every image, None for those of the scanner.
        handed: how labels are handed over; some layouts have their own way.
        label_maps: new folder of label maps, a PNG a slice; None: none are written.
        ill_patients: chance that a patient has a herniated disc, None for that of the discs.
    """

    directory: Path
    patients: int
    seed: int = 0
    layout: TreeLayout = TreeLayout.AIHUB
    labels: LabelStyle = LabelStyle.DEFAULT
    faults: Faults = field(default_factory=Faults)
    masks: bool = False
    traps: frozenset[Trap] = frozenset()
    matrix: int | None = None
    handed: Labels = Labels.JSON
    label_maps: Path | None = None
    ill_patients: float | None = None

    @property
    def labels_in(self) -> Labels:
        """How labels are handed over in this layout."""
        return HANDED_OVER.get(self.layout, self.handed)


@dataclass(frozen=True, slots=True)
class PhantomReport:
    """What was made.

    Attributes:
        images: number of DICOM files.
        labels: number of them that have a label.
        truth: one row per axial T2 slice of a disc.
    """

    patients: int
    images: int
    labels: int
    truth: tuple[TruthRow, ...]
    truth_path: Path

    def summary(self) -> str:
        """Return one line for people."""
        positive = sum(row.is_patient for row in self.truth)
        plural = "" if self.patients == 1 else "s"
        labels = {self.images: "with labels", 0: "without labels"}
        told = labels.get(self.labels, f"({self.labels} with labels)")
        return (
            f"{self.images} images {told} of {self.patients} patient{plural}; "
            f"{len(self.truth)} axial T2 slices of discs, {positive} of them herniated; "
            f"truth in {self.truth_path}"
        )


@dataclass(frozen=True, slots=True)
class _Shot:
    """An image to write.

    Attributes:
        reading: what is written about the disc that it shows, None when it shows none.
        path, label_path: of the image and of its label, relative to the tree.
    """

    patient: Patient
    planned: Planned
    reading: Reading | None
    path: PurePosixPath
    label_path: PurePosixPath

    @property
    def counts(self) -> bool:
        """Whether it is an axial T2 slice of a disc, the kind that has a truth."""
        return self.planned.kind is SeriesKind.T2_AXIAL and self.reading is not None


def write_phantom(config: PhantomConfig) -> PhantomReport:
    """Write a phantom; the same config gives the same bytes.

    Raises:
        OutputError: the directory holds something.
        StorageError: a file could not be written.
    """
    _refuse_occupied(config.directory)
    if config.label_maps is not None:
        _refuse_occupied(config.label_maps)
        refuse_overlap([config.directory], {"--label-maps": config.label_maps}, of="phantom")
    use_one_plain_thread()  # or bytes would depend on what the process did before
    truth_path, masks_path = truth_path_of(config.directory), masks_path_of(config.directory)
    maps = config.label_maps
    for path in (config.directory, truth_path, masks_path, *([maps] if maps else [])):
        refuse_in_dataset(path)
        if path.is_symlink():  # it would be written through to somebody's file
            raise OutputError(f"{path.name} is a link, expected a new file or folder")
    images, truth, labelled = 0, list[TruthRow](), _LabelFiles(config)
    try:
        masks_path.unlink(missing_ok=True)  # of an earlier phantom in this place
        truth_path.parent.mkdir(parents=True, exist_ok=True)
        with MaskWriter(masks_path) if config.masks else nullcontext() as masks:
            for shot in _shots(config):
                _write_shot(config, shot)
                images += 1
                labelled.note(shot)
                truth.extend(_true_rows(shot))
                if shot.counts and (masks is not None or maps):
                    parts = scene_of(config.seed, shot.patient, shot.planned).parts()
                    if masks is not None:
                        masks.add(str(shot.path), parts)
                    if maps:
                        write_label_map(maps, Path(shot.path), parts)
        labelled.write()
        truth_path.write_bytes(truth_bytes(truth))
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error
    return PhantomReport(config.patients, images, labelled.count, tuple(truth), truth_path)


def _refuse_occupied(directory: Path) -> None:
    try:
        names = [entry.name for entry in directory.iterdir()]
        occupied = directory.is_symlink() or not all(map(is_dropping, names))
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise OutputError(f"{directory} is a file, expected a new or empty folder") from None
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error
    if occupied:
        raise OutputError(f"{directory} is not empty, expected a new or empty folder")


def _shots(config: PhantomConfig) -> Iterator[_Shot]:
    people = make_patients(config.seed, config.patients, config.ill_patients)
    for patient in track(people, "drawing", total=config.patients, unit="patient"):
        for planned in plan_study(config.seed, patient, config.matrix):
            if config.layout is TreeLayout.RSNA and planned.kind not in _RSNA_KINDS:
                continue
            reading = None
            if planned.level is not None:
                reading = read_disc(config.seed, patient, planned.level, config.faults)
            numbers = (planned.series_number, planned.instance_number)
            yield _Shot(patient, planned, reading, *paths_of(config.layout, patient, *numbers))


def _write_shot(config: PhantomConfig, shot: _Shot) -> None:
    """Write an image and, where each image has a label of its own, that."""
    scanner = scanner_of(shot.patient)
    marked = shot.counts and shot.reading is not None and shot.reading.is_marked
    if marked:
        scanner = with_longer_echo(scanner)
    pixels = acquire(config.seed, shot.patient, shot.planned, scanner)
    shown_pixels = with_marker(pixels) if marked else pixels
    thin = config.layout is TreeLayout.RSNA
    image = Image(config.seed, shot.patient, scanner, shot.planned, shown_pixels, thin)
    _write(config.directory / shot.path, dicom_bytes(image))
    if config.labels_in is Labels.JSON:
        _write_label(config, shot)


def _write_label(config: PhantomConfig, shot: _Shot) -> None:
    """Write the label of an image, and what a trap puts beside it."""
    shown = None
    if shot.planned.level is not None and shot.reading is not None:
        shown = (shot.planned.level, shot.reading.code)
    stem = shot.label_path.stem
    label = label_bytes(shot.patient, shown, stem, config.labels)
    if (
        place := label_place(config.traps, shot.label_path, shows_disc=shown is not None)
    ) is not None:
        _write(config.directory / place, label)
    other = label_bytes(shot.patient, None, stem, config.labels)
    for path, content in trap_files(config.traps, shot.label_path, (label, other)):
        _write(config.directory / path, content)


class _LabelFiles:
    """Labels that are handed over together, noted image by image and written at the end."""

    def __init__(self, config: PhantomConfig) -> None:
        self._config = config
        self._images: list[Labelled] = []
        self._series: dict[str, None] = {}  # in the order met
        self.count = 0

    def note(self, shot: _Shot) -> None:
        """Note an image that was written."""
        if self._config.labels_in in (Labels.JSON, Labels.NONE):
            self.count += self._config.labels_in is Labels.JSON
            return
        axial = "Axial T2" if shot.planned.kind is SeriesKind.T2_AXIAL else "Sagittal T2/STIR"
        self._series[f"{shot.path.parent}\t{axial}"] = None
        level = shot.planned.level
        if level is not None and shot.reading is not None:
            self.count += 1
            code = shot.reading.code
            self._images.append(Labelled(shot.path, shot.patient, level, code, shot.counts))

    def write(self) -> None:
        """Write the files."""
        for path, content in label_files(self._config.labels_in, self._images, list(self._series)):
            _write(self._config.directory / path, content)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _true_rows(shot: _Shot) -> Iterator[TruthRow]:
    """Yield the row of an axial T2 slice of a disc, nothing for other images."""
    cut, level = shot.planned.cut, shot.planned.level
    if shot.counts and shot.reading and isinstance(cut, AxialCut) and level is not None:
        yield truth_row(shot.patient, level, cut, shot.reading, str(shot.path))
