"""Names for arrays. Their axes: T times, K lags, N models, V steps of the backlog, R rows that are independent of each other."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]
