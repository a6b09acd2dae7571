"""What a server's status codes mean for a value on the timeline (OPC 10000-4 §7.39, OPC 10000-8 annex A).

Severity stands in the two highest bits; the low 16 bits carry flags, such as "a queue overflowed and lost values".
"""

from __future__ import annotations

from typing import Final

from dovetail.core import quality as q

CODE_MASK: Final = 0xFFFF_0000
OVERFLOW: Final = 0x0480  # InfoType DataValue with the overflow bit
_OVERFLOW_MASK: Final = 0x0C80

_KNOWN: Final[dict[int, int]] = {
    0x0096_0000: q.GOOD_LOCAL_OVERRIDE,  # GoodLocalOverride
    0x408F_0000: q.UNCERTAIN_LAST_KNOWN,  # UncertainNoCommunicationLastUsableValue
    0x4090_0000: q.UNCERTAIN_LAST_KNOWN,  # UncertainLastUsableValue
    0x4094_0000: q.UNCERTAIN_RANGE,  # UncertainEngineeringUnitsExceeded
    0x8005_0000: q.BAD_COMM,  # BadCommunicationError
    0x800A_0000: q.BAD_COMM,  # BadTimeout
    0x8031_0000: q.BAD_COMM,  # BadNoCommunication
    0x801F_0000: q.BAD_CONFIG,  # BadUserAccessDenied
    0x8033_0000: q.BAD_CONFIG,  # BadNodeIdInvalid
    0x8034_0000: q.BAD_CONFIG,  # BadNodeIdUnknown
    0x8035_0000: q.BAD_CONFIG,  # BadAttributeIdInvalid
    0x8036_0000: q.BAD_CONFIG,  # BadIndexRangeInvalid
    0x803A_0000: q.BAD_CONFIG,  # BadNotReadable
    0x8089_0000: q.BAD_CONFIG,  # BadConfigurationError
    0x808A_0000: q.BAD_NOT_CONNECTED,  # BadNotConnected
    0x808B_0000: q.BAD_DEVICE,  # BadDeviceFailure
    0x808C_0000: q.BAD_DEVICE,  # BadSensorFailure
    0x808D_0000: q.BAD_OUT_OF_SERVICE,  # BadOutOfService
}
_BY_SEVERITY: Final = (q.GOOD, q.UNCERTAIN, q.BAD, q.BAD)

# A person must mend these: retrying faster only fills the server's log, or locks the user out.
PERSON: Final = frozenset({
    0x8012_0000,  # BadCertificateInvalid
    0x8013_0000,  # BadSecurityChecksFailed
    0x8014_0000,  # BadCertificateTimeInvalid
    0x8016_0000,  # BadCertificateHostNameInvalid
    0x8017_0000,  # BadCertificateUriInvalid
    0x8018_0000,  # BadCertificateUseNotAllowed
    0x801A_0000,  # BadCertificateUntrusted
    0x801D_0000,  # BadCertificateRevoked
    0x801F_0000,  # BadUserAccessDenied
    0x8020_0000,  # BadIdentityTokenInvalid
    0x8021_0000,  # BadIdentityTokenRejected
    0x8054_0000,  # BadSecurityModeRejected
    0x8055_0000,  # BadSecurityPolicyRejected
})  # fmt: skip


def quality_of(status: int) -> int:
    """Our quality for a 32-bit OPC UA status code.

    >>> hex(quality_of(0x80340000))
    '0x4'
    """
    return _KNOWN.get(status & CODE_MASK, _BY_SEVERITY[status >> 30])


def overflowed(status: int) -> bool:
    """Whether the server says that its queue for this value ran over: values before this one are lost."""
    return status & _OVERFLOW_MASK == OVERFLOW
