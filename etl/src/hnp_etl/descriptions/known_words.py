"""Words that may be shown although a stranger wrote them: terms of the field, and of its labels.

Names of people are words too: what also names one (`FEW_BESIDE`) is shown only in a text that is
known from end to end, and the worst of these (`NEVER`) not at all.
"""

from hnp_etl.descriptions import regions, words

# What vendors and radiographers add to a protocol's name.
_PROTOCOL = """s c t l sc rt lt msma fil fl hs fov small large pss refoc zoom etl rx nex nsa
    slab multi ch warp gado gd contrast enhanced tr te ti mm ms cm tesla turbo fast ms1 sys card
    sed lspine ffe semac mavric pat grappa caipi acc accel comb combined whole body upper lower
    mid full spine lumbar disc disk discs level levels block blocks angled tilt multiplanar
    overview plane axials sagittals coronals thin thick matrix high resolution routine protocol
    standard exam study motion navi gated trig tsex frfsexl frfse xl fasttse seq series image
    images scan scans phase freq oblique straight dixon mdixon tw wi weighted ssfse radial
    multivane blade jet metal artifact reduction sta rot coil local opt deep deepresolve airdl
    recon dl ai compressed speeder cartesian myelography myelogram mri mr irm rmn rm and with
    without kjf single shot saturated suppression suppr suppressed supp nosat nofs noncontrast"""
_PROTOCOL_OTHER = """조영전 조영후 조영 강조영상 요추부 척추 횡단면 시상면 관상면 축상면
    지방 억제 지방억제 고해상도 전 후 부위 腰椎 横断面 矢状面 冠状面 平扫 增强"""

# Fields of labels, and of the tables that hospitals export.
_KEYS = """a id ids no num nr number numbers uid uids key keys code codes name names patient
    patients subject subjects person pt pat pid ptid mrn case cases visit visits age ages sex
    gender birth dob date dates time times day month year years yrs file files filename
    filenames filepath path paths folder image images img imgs dicom dcm png jpg study studies
    series slice slices instance sop frame frames index idx order seq row rows col cols column
    label labels labeled labelled class classes classification category categories type types
    kind kinds grade grades grading severity stage score scores degree degrees value values
    result results status state state1 finding findings diagnosis diagnoses dx impression
    reading readings reader readers rater annotator annotation annotations annotate anno ann
    reviewer review comment comments note notes memo remark level levels disc discs disk disks
    segment segments vertebra vertebrae lumbar spine spinal canal canals cord sac dural thecal
    root roots nerve foramen foraminal recess lateral subarticular central facet ligament flavum
    nucleus annulus endplate modic stenosis stenoses herniation herniated hnp bulge bulging
    protrusion extrusion sequestration degeneration degenerative normal abnormal symptom
    symptoms pain pfirrmann schizas dld lbp spondylolisthesis osteophyte scoliosis width widths
    diameter area height length size thickness volume angle ap dia cross sectional mm mm2 cm cm2
    px pixel pixels unit units mean median min max avg sd info information meta metadata data
    dataset json object objects item items list record records entry entries detail details
    attributes attribute properties property header version format source src target raw input
    output shape shapes point points polygon polygons bbox box mask masks coordinates coordinate
    coord x y z w h left right both bilateral side position location loc region part body
    anatomy modality device maker manufacturer vendor model scanner hospital institution center
    centre site department weight bmi stature smoking t1 t2 te tr weighting plane sequence
    protocol description text is has of in the and for per at by to from on only total count
    true false flag valid validation train training test split set group groups mild moderate
    severe none absent present negative positive yes unknown other neural narrowing condition
    conditions instances order address addr phone tel mobile mail email doctor dr physician user
    worker operator author inspector referrer ssn rrn initials serial partition delivery meaning
    mr pictures picture reports bild bilder befund befunde aufnahmen imagenes imagens immagini
    etiquetas etichette obrazy opisy resimler etiketler donnees daten datos dati"""
_KEYS_OTHER = """환자 환자번호 환자아이디 대상자 피험자 번호 등록번호 등록 차트번호 차트 이름
    성명 나이 연령 성별 생년월일 생년 생일 날짜 일자 일시 검사일 검사 촬영일 촬영 판독 판독의
    판독일 판독소견 소견 의사 작업자 검수자 검수 병원 병원명 기관 기관명 파일 파일명 파일이름
    이미지 이미지명 영상 영상명 경로 폴더 척추관 척추관폭 척수 척수넓이 척수폭 경막 경막낭 폭
    너비 넓이 면적 크기 길이 직경 높이 두께 단위 디스크 추간판 레벨 부위 위치 코드 등급 판정
    진단 진단명 진단코드 중증도 결과 상태 라벨 라벨링 데이터 레이블 주석 정보 메타 메타정보 원천
    원본 원시 비고 메모 협착 협착증 탈출 탈출증 팽윤 돌출 격리 퇴행 정상 비정상 좌측 우측 양측
    중앙 신경근 신경공 요추 요추부 경추 흉추 천추 축상 시상 관상 키 체중 전화 전화번호 주소
    주민번호 주민등록번호 값 명 별"""

_FEW_BESIDE_ROW = """sc rt lt fl hs hi in ip ob op out we w f ff aa rr res mv hr sm gd ce cs bh
    fb mm ax1 dir cal sub loca chess grass swan flash bravo lava vista vibe twist thrive smart
    drive clear sense mix warp post pre cube iso space blade prop jet ideal flex resolve tensor
    trace water fat tracker survey pilot scout curved pasted report summary multi single deep
    high mid full lower upper whole body head neck face ear eye nose mouth cheek jaw arm hand
    hands finger thumb leg foot hip hips knee heart lung rib ribs breast shoulder toe toes hals
    kopf bein herz brust testa mano pie pied hanche coude anca seno sella iac pel liv kid pros
    panc mra mrv rho fa adc c s t l and with without level levels block local card zoom small
    large fast turbo routine a x y z h of the at by to from on only is has per for no day may
    case lee set point box side order rater reader status case1 part site center model source
    target input brain chest spleen stomach pelvis pat exam study standard 图 强 强调 面 位 断
    像 前 後 전 후 면 명 값 별 키 폭"""
FEW_BESIDE = frozenset(_FEW_BESIDE_ROW.split())
"""Shown only where all of a text is known: they are names, or parts of one, as well."""

_NEVER_ROW = """tran rho ima in we op ob ha an corona coron lee pat cosmic swan"""
NEVER = frozenset(_NEVER_ROW.split())
"""Surnames that are rarely anything else beside a plane's own word."""

_ROWS = (*words.WORDS.values(), *regions.WORDS.values())
_GIVEN = {each for row in _ROWS for each in row.split()}
SERIES_WORDS = (
    frozenset(each for each in _GIVEN if not each.endswith("~"))
    | frozenset(each[:-1] for each in _GIVEN if each.endswith("~"))
    | frozenset(f"{_PROTOCOL} {_PROTOCOL_OTHER}".split())
) - NEVER
KEY_WORDS = (SERIES_WORDS | frozenset(f"{_KEYS} {_KEYS_OTHER}".split())) - {"ima", "tran", "rho"}
STEMS = tuple(sorted((each[:-1] for each in _GIVEN if each.endswith("~")), key=len, reverse=True))
