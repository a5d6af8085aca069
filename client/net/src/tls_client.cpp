#include "tls_session.hpp"

#include <hassle/net/tls.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <optional>
#include <string>
#include <utility>

namespace hassle::net {

namespace {

using std::chrono::system_clock;
using sha256 = std::array<unsigned char, 32>;
using connected = std::expected<std::unique_ptr<byte_stream>, tls_failure>;

/// So much of a certificate's names is told.
constexpr int names_told_max = 5;
constexpr std::size_t name_bytes_max = 100;

struct session_deleter {
  void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
};
using session_ptr = std::unique_ptr<SSL_SESSION, session_deleter>;

struct names_deleter {
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};

/// What the handshakes of one client share. Every session keeps it alive.
struct client_state {
  explicit client_state(asio::ssl::context made) : context(std::move(made)) {}

  asio::ssl::context context;
  tls_trust::kind trust = tls_trust::kind::system;
  bool verify_name = true;
  sha256 pin{};
  session_ptr resumable;  ///< The newest one; used once (RFC 8446 §C.4).
  std::string resumable_for;
};

/// What belongs to one connection, as long as it lives.
struct connection_state {
  std::shared_ptr<client_state> client;
  std::string server_name;
  std::string fault;  ///< Why the certificate was not accepted.
};

connection_state& state_of(const SSL* ssl) {
  auto* const state = static_cast<connection_state*>(SSL_get_app_data(ssl));
  assert(state != nullptr);
  return *state;
}

connection_state& state_of(X509_STORE_CTX* store) {
  const auto* const ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  assert(ssl != nullptr);
  return state_of(ssl);
}

/// A name as it may be shown: certificates of strangers hold anything.
std::string printable(const ASN1_STRING* text) {
  const auto* const data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
  const auto size = static_cast<std::size_t>(std::max(ASN1_STRING_length(text), 0));
  std::string shown(data, std::min(size, name_bytes_max));
  std::ranges::replace_if(shown, [](char c) { return c <= ' ' || c > '~'; }, '?');
  return shown;
}

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  const auto size = static_cast<std::size_t>(std::max(ASN1_STRING_length(bytes), 0));
  const unsigned char* const data = ASN1_STRING_get0_data(bytes);
  if (size == 4) {
    asio::ip::address_v4::bytes_type v4{};
    std::copy_n(data, size, v4.begin());
    return asio::ip::address_v4(v4).to_string();
  }
  if (size != 16) return "?";
  asio::ip::address_v6::bytes_type v6{};
  std::copy_n(data, size, v6.begin());
  return asio::ip::address_v6(v6).to_string();
}

/// "ha.test, 10.0.0.1"
std::string names_of(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, names_deleter> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
  std::string list;
  for (int i = 0; i < std::min(count, names_told_max); ++i) {
    const GENERAL_NAME* const each = sk_GENERAL_NAME_value(names.get(), i);
    if (each->type != GEN_DNS && each->type != GEN_IPADD) continue;
    if (!list.empty()) list += ", ";
    list += each->type == GEN_DNS ? printable(each->d.dNSName) : address_text(each->d.iPAddress);
  }
  if (count > names_told_max) list += ", …";
  return list.empty() ? "nobody" : list;
}

std::string text_of(int error, X509* certificate) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "certificate has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "certificate is not yet valid";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "certificate is for another name: " +
             (certificate != nullptr ? names_of(certificate) : std::string("unknown"));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "certificate is not trusted: it is self-signed";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "certificate is not trusted: its signer is not known";
    default:
      return std::string("certificate is not trusted: ") + X509_verify_cert_error_string(error);
  }
}

/// Asked for each certificate of a chain; what it finds fault with is noted.
int note_fault(int good, X509_STORE_CTX* store) {
  if (good == 1) return 1;
  std::string& fault = state_of(store).fault;
  if (fault.empty()) {
    fault = text_of(X509_STORE_CTX_get_error(store), X509_STORE_CTX_get_current_cert(store));
  }
  return 0;
}

/// Instead of all checks of a chain: it is the certificate itself that is known.
int compare_with_pin(X509_STORE_CTX* store, void* state) {
  const auto& of = *static_cast<const client_state*>(state);
  sha256 digest{};
  unsigned size = 0;
  const X509* const shown = X509_STORE_CTX_get0_cert(store);
  const bool known =
      shown != nullptr && X509_digest(shown, EVP_sha256(), digest.data(), &size) == 1 &&
      size == digest.size() && CRYPTO_memcmp(digest.data(), of.pin.data(), digest.size()) == 0;
  X509_STORE_CTX_set_error(store, known ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
  if (!known) state_of(store).fault = "certificate is not the pinned one";
  return known ? 1 : 0;
}

/// Servers hand out sessions at any time after the handshake.
int keep_session(SSL* ssl, SSL_SESSION* session) {
  const connection_state& from = state_of(ssl);
  from.client->resumable.reset(session);
  from.client->resumable_for = from.server_name;
  return 1;  // It is ours now.
}

bool valid_at(SSL_SESSION* session, system_clock::time_point wall_now) {
  const X509* const shown = SSL_SESSION_get0_peer(session);
  if (shown == nullptr || SSL_SESSION_is_resumable(session) != 1) return false;
  std::time_t now = system_clock::to_time_t(wall_now);
  return X509_cmp_time(X509_get0_notAfter(shown), &now) > 0;
}

std::optional<sha256> pin_of(std::string_view hex) {
  const auto value = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  sha256 pin{};
  if (hex.size() != 2 * pin.size()) return std::nullopt;
  for (std::size_t i = 0; i < pin.size(); ++i) {
    const int high = value(hex[2 * i]);
    const int low = value(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    pin[i] = static_cast<unsigned char>(high * 16 + low);
  }
  return pin;
}

class client final : public tls_client {
 public:
  explicit client(std::shared_ptr<client_state> state) : state_(std::move(state)) {}

  asio::awaitable<connected> connect(std::unique_ptr<byte_stream> stream, std::string server_name,
                                     system_clock::time_point wall_now) override {
    const auto own = std::make_shared<connection_state>();
    own->client = state_;
    own->server_name = std::move(server_name);
    const auto session = std::make_shared<tls_session>(state_->context.native_handle(),
                                                       tls_role::client, std::move(stream));
    session->keep(own);
    SSL_set_app_data(session->native(), own.get());
    if (!prepare(*own, session->native(), wall_now)) {
      session->close();
      co_return std::unexpected(failure_of(asio::error::invalid_argument, *own));
    }
    const error_code ec = co_await tls_session::shake(session);
    if (ec) co_return std::unexpected(failure_of(ec, *own));
    co_return stream_of(session);
  }

 private:
  static bool prepare(connection_state& own, SSL* ssl, system_clock::time_point wall_now) {
    client_state& state = *own.client;
    std::string& name = own.server_name;
    while (name.ends_with('.')) name.pop_back();
    error_code no_address;
    const auto address = asio::ip::make_address(name.substr(0, name.find('%')), no_address);
    X509_VERIFY_PARAM* const check = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_time(check, system_clock::to_time_t(wall_now));
    const bool checks_name = state.verify_name && state.trust != tls_trust::kind::pinned;
    // An empty name would switch the check off.
    if (name.empty()) return false;
    if (no_address) {
      if (SSL_set_tlsext_host_name(ssl, name.c_str()) != 1) return false;
      X509_VERIFY_PARAM_set_hostflags(check, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      if (checks_name && X509_VERIFY_PARAM_set1_host(check, name.c_str(), name.size()) != 1) {
        return false;
      }
    } else if (checks_name &&
               X509_VERIFY_PARAM_set1_ip_asc(check, plain(address).to_string().c_str()) != 1) {
      return false;
    }
    if (state.resumable && state.resumable_for == name &&
        valid_at(state.resumable.get(), wall_now)) {
      const session_ptr once = std::move(state.resumable);
      SSL_set_session(ssl, once.get());
    }
    return true;
  }

  /// An IPv6 address without its zone.
  static asio::ip::address plain(const asio::ip::address& from) {
    return from.is_v6() ? asio::ip::address_v6(from.to_v6().to_bytes()) : from;
  }

  static tls_failure failure_of(error_code ec, const connection_state& own) {
    tls_failure failure(ec);
    failure.certificate = !own.fault.empty() && ec != asio::error::operation_aborted;
    const bool from_openssl = ec.category() == asio::error::get_ssl_category();
    if (failure.certificate) {
      failure.text = own.fault;
    } else if (from_openssl && ERR_GET_REASON(static_cast<unsigned long>(ec.value())) ==
                                   SSL_R_WRONG_VERSION_NUMBER) {
      failure.text = "no TLS is spoken there (plain HTTP, perhaps)";
    } else {
      failure.text = ec.message();
    }
    return failure;
  }

  std::shared_ptr<client_state> state_;
};

std::optional<std::string> set_trust(client_state& state, const tls_trust& trust) {
  SSL_CTX* const raw = state.context.native_handle();
  error_code ec;
  switch (trust.what) {
    case tls_trust::kind::system:
      if (SSL_CTX_set_default_verify_paths(raw) != 1)
        return "the system's authorities are unreadable";
      break;
    case tls_trust::kind::authorities:
      state.context.add_certificate_authority(asio::buffer(trust.authorities), ec);
      if (ec || trust.authorities.empty()) return "no certificate in PEM among the authorities";
      X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(raw), X509_V_FLAG_PARTIAL_CHAIN);
      break;
    case tls_trust::kind::pinned: {
      const auto pin = pin_of(trust.pinned_sha256);
      if (!pin) return "the pinned SHA-256 is not 64 hex digits";
      state.pin = *pin;
      SSL_CTX_set_cert_verify_callback(raw, compare_with_pin, &state);
      break;
    }
  }
  if (!trust.verify_name && trust.what != tls_trust::kind::authorities) {
    return "names may go unchecked only with authorities of one's own";
  }
  return std::nullopt;
}

}  // namespace

std::expected<std::unique_ptr<tls_client>, std::string> make_tls_client(const tls_trust& trust) {
  ERR_clear_error();
  const auto state =
      std::make_shared<client_state>(asio::ssl::context(asio::ssl::context::tls_client));
  state->trust = trust.what;
  state->verify_name = trust.verify_name;
  SSL_CTX* const raw = state->context.native_handle();
  harden(raw);
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, note_fault);
  if (auto wrong = set_trust(*state, trust)) return std::unexpected(std::move(*wrong));
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(raw, keep_session);
  return std::make_unique<client>(state);
}

}  // namespace hassle::net
