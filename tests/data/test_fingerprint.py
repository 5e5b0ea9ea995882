from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix

from kx.contracts import DatasetBundle, DatasetInfo, Split
from kx.data.arrays.fingerprint import fingerprint

X, Y = np.array([[0.0, 1.0], [2.0, 0.0]]), np.array([0, 1])
INFO = DatasetInfo("toy", "binary", (2,))


def bundle(x=X, y=Y, x_test=X, y_test=Y):
    return DatasetBundle(INFO, Split(x, y), Split(x_test, y_test))


def test_fingerprint_depends_on_values_types_and_parts_and_on_nothing_else():
    changed = X.copy()
    changed[1, 1] = 1e-9
    others = [
        bundle(x=changed),
        bundle(x_test=changed),
        bundle(y=Y[::-1]),
        bundle(y_test=Y[::-1]),
        bundle(x=X.astype("float32")),
        bundle(x=X[:, :, None]),
        bundle(x=csr_matrix(X)),
        bundle(x=csr_matrix(changed)),
        bundle(x=csr_matrix(X[::-1])),
    ]
    prints = {fingerprint(one) for one in (bundle(), *others)}

    assert len(prints) == 1 + len(others)
    assert fingerprint(bundle()) == fingerprint(bundle(x=np.asfortranarray(X)))
    renamed = replace(bundle(), info=replace(INFO, name="other"))
    assert fingerprint(renamed) == fingerprint(bundle())
    assert len(fingerprint(bundle())) == 64


def test_the_order_of_entries_in_a_sparse_row_does_not_matter():
    one = csr_matrix(([1.0, 2.0], [0, 3], [0, 2]), shape=(1, 4))
    other = csr_matrix(([2.0, 1.0], [3, 0], [0, 2]), shape=(1, 4))
    wider = csr_matrix(([1.0, 2.0], [0, 3], [0, 2]), shape=(1, 5))

    assert fingerprint(bundle(x=one)) == fingerprint(bundle(x=other))
    assert fingerprint(bundle(x=one)) != fingerprint(bundle(x=wider))
