"""Montgomery arithmetic as LLVM code: wide integers that live in registers inside a kernel.

An element of a field with modulus m and n limbs is one LLVM integer of 64 n bits, always canonical (below m), in
Montgomery form a 2^(64 n) mod m. In memory it is n little-endian uint64 in one row of a C-contiguous array. numba has
no integers wider than 64 bits, so the type and its operations are added here: 64 x 64 -> 128 bit products and long
carry chains. docs/kernels.md gives the bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model

I1 = ir.IntType(1)
I64 = ir.IntType(64)
I128 = ir.IntType(128)


class Limbs(types.Type):  # type: ignore[misc]
    """An unsigned integer of n limbs of 64 bits."""

    def __init__(self, n: int) -> None:
        self.n = n
        super().__init__(name=f"Limbs({n})")


@register_model(Limbs)
class LimbsModel(models.PrimitiveModel):  # type: ignore[misc]
    """Held as one LLVM integer."""

    def __init__(self, manager: Any, kind: Limbs) -> None:
        super().__init__(manager, kind, ir.IntType(64 * kind.n))


@dataclass(frozen=True, slots=True)
class FieldOperations:
    """Intrinsics of one field; usable only inside kernels, under module-level names.

    `mul_inline` is `mul` copied into the kernel: a tenth faster, and slower to compile, so for the hottest loops alone.
    """

    load: Any
    store: Any
    mul: Any
    mul_inline: Any
    add: Any
    sub: Any
    neg: Any
    is_zero: Any
    equal: Any
    zero: Any
    one: Any


def pieces(builder: Any, value: Any, n: int) -> list[Any]:
    """The limbs of a wide integer, least significant first."""
    kind = value.type
    return [builder.trunc(builder.lshr(value, kind(64 * i)), I64) for i in range(n)]


def join(builder: Any, limbs: list[Any]) -> Any:
    """One wide integer of these limbs."""
    kind = ir.IntType(64 * len(limbs))
    value = kind(0)
    for i, limb in enumerate(limbs):
        value = builder.or_(value, builder.shl(builder.zext(limb, kind), kind(64 * i)))
    return value


def add_limbs(builder: Any, first: list[Any], second: list[Any]) -> tuple[list[Any], Any]:
    """Sum of equally many limbs and the carry out of it (one bit), as the add-with-carry chain that LLVM recognises."""
    pair = ir.LiteralStructType([I64, I1])
    name = "llvm.uadd.with.overflow.i64"
    adder = builder.module.globals.get(name) or ir.Function(builder.module, ir.FunctionType(pair, [I64, I64]), name)
    total, carry = [], I1(0)
    for a, b in zip(first, second, strict=True):
        partial = builder.call(adder, [a, b])
        full = builder.call(adder, [builder.extract_value(partial, 0), builder.zext(carry, I64)])
        carry = builder.or_(builder.extract_value(partial, 1), builder.extract_value(full, 1))
        total.append(builder.extract_value(full, 0))
    return total, carry


def add_row(builder: Any, total: list[Any], limbs: list[Any], factor: Any) -> list[Any]:
    """total + limbs * factor; total has one limb more than `limbs`, and the sum must fit there.

    The low halves of the products are one carry chain, the high halves a second one.
    """
    low, high = [], []
    wide_factor = builder.zext(factor, I128)
    for limb in limbs:
        product = builder.mul(builder.zext(limb, I128), wide_factor)
        low.append(builder.trunc(product, I64))
        high.append(builder.trunc(builder.lshr(product, I128(64)), I64))
    sums, carry = add_limbs(builder, total[:-1], low)
    upper, _ = add_limbs(builder, [*sums[1:], builder.add(total[-1], builder.zext(carry, I64))], high)
    return [sums[0], *upper]


def subtract_once(builder: Any, value: Any, modulus: int) -> Any:
    """value - modulus if that is not negative."""
    bound = value.type(modulus)
    return builder.select(builder.icmp_unsigned("<", value, bound), value, builder.sub(value, bound))


def modulus_limbs(modulus: int, n: int) -> list[Any]:
    """A constant's limbs."""
    return [I64(modulus >> (64 * i) & 0xFFFFFFFFFFFFFFFF) for i in range(n)]


def montgomery_product(builder: Any, x: Any, y: Any, n: int, modulus: int) -> Any:
    """x y 2^(-64 n) mod modulus, operand scanning; x, y < modulus < 2^(64 n - 1)."""
    negated_inverse = I64(-pow(modulus, -1, 1 << 64) % (1 << 64))
    x_limbs, constant = pieces(builder, x, n), modulus_limbs(modulus, n)
    total = [I64(0)] * (n + 1)
    for y_limb in pieces(builder, y, n):
        total = add_row(builder, total, x_limbs, y_limb)
        quotient = builder.mul(total[0], negated_inverse)
        total = [*add_row(builder, total, constant, quotient)[1:], I64(0)]
    return subtract_once(builder, join(builder, total[:n]), modulus)


def call_shared(builder: Any, name: str, result: Any, arguments: list[Any], body: Any) -> Any:
    """Call a function that exists once in the module, made by body(builder, *arguments) on first use."""
    module = builder.module
    function = module.globals.get(name)
    if function is None:
        function = ir.Function(module, ir.FunctionType(result, [a.type for a in arguments]), name)
        function.linkage = "linkonce_odr"
        function.attributes.add("noinline")
        function.attributes.add("nounwind")
        inner = ir.IRBuilder(function.append_basic_block())
        inner.ret(body(inner, *function.args))
    return builder.call(function, arguments)


def pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, n: int) -> Any:
    """Address of element `index` of an array of n-limb elements."""
    view = context.make_array(array_type)(context, builder, array)
    address = builder.gep(view.data, [builder.mul(index, I64(n))])
    return builder.bitcast(address, ir.IntType(64 * n).as_pointer())


def operation(name: str, result: Any, arguments: list[Any], body: Any) -> Any:
    """An intrinsic with fixed types whose code is body(builder, *arguments)."""
    signature = result(*arguments)

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return body(builder, *args)

    answer = (signature, generate)
    heads: list[Any] = [
        lambda typing: answer,
        lambda typing, a: answer,
        lambda typing, a, b: answer,
        lambda typing, a, b, c: answer,
        lambda typing, a, b, c, d: answer,
    ]
    head = heads[len(arguments)]
    head.__name__ = name
    return intrinsic(head)


def memory(n: int) -> tuple[Any, Any]:
    """load(array, index) and store(array, index, value) for n limbs; unchecked, the array C-contiguous."""
    kind = Limbs(n)

    def load(typing: Any, array: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.load(pointer(context, builder, signature.args[0], args[0], args[1], n), align=8)

        return kind(array, types.intp), generate

    def store(typing: Any, array: Any, index: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            builder.store(args[2], pointer(context, builder, signature.args[0], args[0], args[1], n), align=8)
            return context.get_dummy_value()

        return types.void(array, types.intp, kind), generate

    return intrinsic(load), intrinsic(store)


def field(name: str, n: int, modulus: int) -> FieldOperations:
    """The operations of the integers modulo `modulus` < 2^(64 n - 1)."""
    kind = Limbs(n)
    narrow = ir.IntType(64 * n)
    load, store = memory(n)

    def product(builder: Any, a: Any, b: Any) -> Any:
        return montgomery_product(builder, a, b, n, modulus)

    def shared_product(builder: Any, a: Any, b: Any) -> Any:
        return call_shared(builder, f"proofward_{name}_mul", narrow, [a, b], product)

    def total(builder: Any, a: Any, b: Any) -> Any:
        return subtract_once(builder, builder.add(a, b), modulus)

    def difference(builder: Any, a: Any, b: Any) -> Any:
        plain = builder.sub(a, b)
        return builder.select(builder.icmp_unsigned("<", a, b), builder.add(plain, narrow(modulus)), plain)

    def negative(builder: Any, a: Any) -> Any:
        return difference(builder, narrow(0), a)

    def same(builder: Any, a: Any, b: Any) -> Any:
        return builder.icmp_unsigned("==", a, b)

    def vanishes(builder: Any, a: Any) -> Any:
        return builder.icmp_unsigned("==", a, narrow(0))

    return FieldOperations(
        load=load,
        store=store,
        mul=operation("mul", kind, [kind, kind], shared_product),
        mul_inline=operation("mul_inline", kind, [kind, kind], product),
        add=operation("add", kind, [kind, kind], total),
        sub=operation("sub", kind, [kind, kind], difference),
        neg=operation("neg", kind, [kind], negative),
        is_zero=operation("is_zero", types.boolean, [kind], vanishes),
        equal=operation("equal", types.boolean, [kind, kind], same),
        zero=operation("zero", kind, [], lambda builder: narrow(0)),
        one=operation("one", kind, [], lambda builder: narrow((1 << (64 * n)) % modulus)),
    )
