#pragma once

// Made for tests, once: in all households that speak TLS the same bytes go to and fro, and what a
// link carries in how much time is a pure function of the scenario. Ed25519, because its keys and
// signatures are all of one size. The simulated clock begins in 2026 (`host::epoch`).

namespace hassle::harness::tls_fixtures {

/// Whom clients of a simulated home trust.
inline constexpr const char* authority = R"(-----BEGIN CERTIFICATE-----
MIIBVDCCAQagAwIBAgIIQAAAAAAAAAEwBQYDK2VwMC0xKzApBgNVBAMMIlRlc3Qg
YXV0aG9yaXR5IG9mIGEgc2ltdWxhdGVkIGhvbWUwIBcNMjUwMTAxMDAwMDAwWhgP
MjEyNTAxMDEwMDAwMDBaMC0xKzApBgNVBAMMIlRlc3QgYXV0aG9yaXR5IG9mIGEg
c2ltdWxhdGVkIGhvbWUwKjAFBgMrZXADIQCvlU3YlUKo7+vqI/HWXGm7GRBkDYnk
h9yrc4CZzxLNi6NCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYw
HQYDVR0OBBYEFEZc4y5k0dO7SJnHn6/DsUk8EpS2MAUGAytlcANBAOGXKL5/bLjF
XNvdWoBBrUqiuUUgfPrAS56IqBn1FiQaU0HcEibvLk3UHaay/Iqi+NO0VS31EJHc
XEMjLgOjmwA=
-----END CERTIFICATE-----
)";

/// The key of all certificates below. Not a secret: nothing outside of simulated worlds trusts
/// them.
inline constexpr const char* key = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINWUI/CszUCGx6UMZLtNpH5T//z4LvktTyKrgE2gqEwW
-----END PRIVATE KEY-----
)";

/// For homeassistant.local, until 2125.
inline constexpr const char* good = R"(-----BEGIN CERTIFICATE-----
MIIBmjCCAUygAwIBAgIIQAAAAAAAAAMwBQYDK2VwMC0xKzApBgNVBAMMIlRlc3Qg
YXV0aG9yaXR5IG9mIGEgc2ltdWxhdGVkIGhvbWUwIBcNMjUwMTAxMDAwMDAwWhgP
MjEyNTAxMDEwMDAwMDBaMB4xHDAaBgNVBAMME2hvbWVhc3Npc3RhbnQubG9jYWww
KjAFBgMrZXADIQCKQffhaBgyeTuYpnidj5QhRiZzecKKzKiQ2hYb++pLp6OBljCB
kzAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggrBgEF
BQcDATAeBgNVHREEFzAVghNob21lYXNzaXN0YW50LmxvY2FsMB0GA1UdDgQWBBQd
e5FSQ061y5oNZYcTrnF0hZZZtDAfBgNVHSMEGDAWgBRGXOMuZNHTu0iZx5+vw7FJ
PBKUtjAFBgMrZXADQQDuo1uIZ1X7RGl9CJbN+tDhfBR+fQz728EZnpviZOdbsERn
RPHHaevE2zaigJntCCgGCN9GLmXAX6Psy5+zvrgK
-----END CERTIFICATE-----
)";
/// Until the day before the simulated clock begins.
inline constexpr const char* expired = R"(-----BEGIN CERTIFICATE-----
MIIBmDCCAUqgAwIBAgIIQAAAAAAAAAQwBQYDK2VwMC0xKzApBgNVBAMMIlRlc3Qg
YXV0aG9yaXR5IG9mIGEgc2ltdWxhdGVkIGhvbWUwHhcNMjUwMTAxMDAwMDAwWhcN
MjUxMjMxMDAwMDAwWjAeMRwwGgYDVQQDDBNob21lYXNzaXN0YW50LmxvY2FsMCow
BQYDK2VwAyEAikH34WgYMnk7mKZ4nY+UIUYmc3nCisyokNoWG/vqS6ejgZYwgZMw
DAYDVR0TAQH/BAIwADAOBgNVHQ8BAf8EBAMCB4AwEwYDVR0lBAwwCgYIKwYBBQUH
AwEwHgYDVR0RBBcwFYITaG9tZWFzc2lzdGFudC5sb2NhbDAdBgNVHQ4EFgQUHXuR
UkNOtcuaDWWHE65xdIWWWbQwHwYDVR0jBBgwFoAURlzjLmTR07tImcefr8OxSTwS
lLYwBQYDK2VwA0EAzDHuUs1zxr3pLRMEQYuJoSX0ZexA7N7jiiiLAfRG3B4H/OZA
kseWF+9eJ6unhKAzTEiR5wbZuykfXAda0E4ABw==
-----END CERTIFICATE-----
)";
/// For neighbour.example.
inline constexpr const char* wrong_name = R"(-----BEGIN CERTIFICATE-----
MIIBmDCCAUqgAwIBAgIIQAAAAAAAAAcwBQYDK2VwMC0xKzApBgNVBAMMIlRlc3Qg
YXV0aG9yaXR5IG9mIGEgc2ltdWxhdGVkIGhvbWUwIBcNMjUwMTAxMDAwMDAwWhgP
MjEyNTAxMDEwMDAwMDBaMB4xHDAaBgNVBAMME2hvbWVhc3Npc3RhbnQubG9jYWww
KjAFBgMrZXADIQCKQffhaBgyeTuYpnidj5QhRiZzecKKzKiQ2hYb++pLp6OBlDCB
kTAMBgNVHRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggrBgEF
BQcDATAcBgNVHREEFTATghFuZWlnaGJvdXIuZXhhbXBsZTAdBgNVHQ4EFgQUHXuR
UkNOtcuaDWWHE65xdIWWWbQwHwYDVR0jBBgwFoAURlzjLmTR07tImcefr8OxSTwS
lLYwBQYDK2VwA0EAQW8K8oUEoZdc5/+hQj+JNlRG7QYiBIUXf9uxh60jHKwlIcr4
NM0iEVwodUNhIZhEzr414gJVtkGyRJoX+oXZBw==
-----END CERTIFICATE-----
)";
/// Of another authority.
inline constexpr const char* unknown_ca = R"(-----BEGIN CERTIFICATE-----
MIIBlDCCAUagAwIBAgIIQAAAAAAAAAYwBQYDK2VwMCcxJTAjBgNVBAMMHEF1dGhv
cml0eSB0aGF0IG5vYm9keSB0cnVzdHMwIBcNMjUwMTAxMDAwMDAwWhgPMjEyNTAx
MDEwMDAwMDBaMB4xHDAaBgNVBAMME2hvbWVhc3Npc3RhbnQubG9jYWwwKjAFBgMr
ZXADIQCKQffhaBgyeTuYpnidj5QhRiZzecKKzKiQ2hYb++pLp6OBljCBkzAMBgNV
HRMBAf8EAjAAMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDATAe
BgNVHREEFzAVghNob21lYXNzaXN0YW50LmxvY2FsMB0GA1UdDgQWBBQde5FSQ061
y5oNZYcTrnF0hZZZtDAfBgNVHSMEGDAWgBRXHxFRfYcICFYB0b6jh/MAG6QZkzAF
BgMrZXADQQCCJM55AJtRFSt5mF/HFQ2ihgHrZP+RfUqgbgagPKyIVV2fIo5wPFl5
CLm123cy7EEIu5DzWfadQpBLFw8fe64P
-----END CERTIFICATE-----
)";

}  // namespace hassle::harness::tls_fixtures
