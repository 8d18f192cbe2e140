"""Progress bars come and go with the speed of the machine, so the compared runs have none."""

import os

os.environ["TQDM_DISABLE"] = "1"
