"""W4: 1000 x 1000 values of the last round's pre-money and size, twelve ownerships a cell, in numpy.

Words: `chunked` keeps every number, computed in chunks of 5,000 cells; `streamed` drops each chunk; `whole` keeps every
number, computed at once; `simplified` is the model worked out by hand as far as it does not depend on the two inputs.
"""
import sys
import time
import numpy as np
import w1_numpy as w

N = 10**6


def inputs(n, pre, amount):
    same = lambda value: np.full(n, float(value))
    always = np.ones(n, bool)
    return dict(pre1=same(300), pre2=same(500), f3=same(1), pre4=pre, amt1=same(40), amt2=same(60), amt3=same(8), amt4=amount,
                b22=always, b42=always, b43=always)


def grid():
    pre, amount = np.meshgrid(np.linspace(400, 1600, 1000), np.linspace(20, 300, 1000), indexing='ij')
    return pre.ravel(), amount.ravel()


def whole():
    return w.model(inputs(N, P, A), N, False)


def chunked(c=5000):
    out = np.empty((12, N))
    for start in range(0, N, c):
        part = w.model(inputs(c, P[start:start + c], A[start:start + c]), c, False)
        for j in range(12):
            out[j, start:start + c] = part[j]
    return out


def streamed(c=5000):
    for start in range(0, N, c):
        part = w.model(inputs(c, P[start:start + c], A[start:start + c]), c, False)
        if start <= 500500 < start + c:
            middle = [column[500500 - start:] for column in part]
    return [np.broadcast_to(column[:1], N) for column in middle]


def simplified():
    s = list(map(float, w.OPEN)); total = 950.; q = 40 / (300 / total); s[7] += .5 * q; s[8] += .3 * q; s[9] += .2 * q; total += q
    p2 = 500 / total; q1 = .6 * 60 / p2; q2 = .4 * 60 / p2
    for h, x in ((1, .25), (7, .35), (9, .4)): s[h] += x * q1
    for h, x in ((7, .6), (10, .4)): s[h] += x * q2
    total += q1 + q2; add = max(0, (.1 * total - s[3]) / .9); s[3] += add; total += add; q = min(8 / p2, .3 * s[2] + .1 * s[0])
    for h, x in ((2, -.7), (0, -.3), (8, .5), (10, .3), (11, .2)): s[h] += x * q
    b = A * (total / P); i = 1 / (total + b * (.8 + .2 / 1.2))
    k = {1: .05, 7: .3, 8: .05, 9: .24, 10: .1 + .12 / 1.2, 11: .06 + .08 / 1.2}
    return [(s[h] + k[h] * b) * i if h in k else s[h] * i for h in range(12)]


if __name__ == '__main__':
    P, A = grid()
    for name in sys.argv[1:]:
        work = dict(whole=whole, chunked=chunked, streamed=streamed, simplified=simplified)[name]
        times = []
        for _ in range(5):
            start = time.process_time()
            result = work()
            times.append(time.process_time() - start)
        print(f"numpy W4 {name} n={N} cpu(med)={sorted(times)[2] / N * 1e9:.1f} ns/cell middle(InvX)={result[7][500500]:.12f}")
