#include <hassle/net/tls.hpp>

#include <boost/asio/ip/address.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace hassle::net {

namespace {

constexpr std::chrono::days valid_before{1};
constexpr std::chrono::years valid_for{10};

template <class T, void (*Free)(T*)>
struct freed_by {
  void operator()(T* p) const noexcept { Free(p); }
};
void free_bio(BIO* bio) { BIO_free(bio); }

using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY, EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509, X509_free>>;
using extension_ptr =
    std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION, X509_EXTENSION_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO, free_bio>>;

std::string openssl_error() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return text.data();
}

/// What may stand in a name: OpenSSL reads the list of names as text.
bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._:*").contains(c);
  });
}

std::expected<std::string, std::string> alternative_names(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) {
    if (!is_plain(name)) return std::unexpected("not a host name or address: '" + name + "'");
    boost::system::error_code no_address;
    boost::asio::ip::make_address(name, no_address);
    if (!list.empty()) list += ',';
    list += (no_address ? "DNS:" : "IP:") + name;
  }
  if (list.empty()) return std::unexpected("a certificate needs a name");
  return list;
}

bool set_times(X509* to, const certificate_wish& wish) {
  using std::chrono::system_clock;
  const std::time_t from = system_clock::to_time_t(wish.valid_from);
  const std::time_t until = system_clock::to_time_t(wish.valid_until);
  return ASN1_TIME_set(X509_getm_notBefore(to), from) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(to), until) != nullptr;
}

bool set_serial(X509* to) {
  std::uint64_t number = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) != 1) return false;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(to), number >> 1U) == 1;
}

bool set_names(X509* to, const std::string& common, X509* signer) {
  X509_NAME* const subject = X509_get_subject_name(to);
  const auto* text = reinterpret_cast<const unsigned char*>(common.data());
  // Limited to 64 bytes by X.520; it is the alternative names that count.
  const int size = static_cast<int>(std::min<std::size_t>(common.size(), 64));
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, size, -1, 0) == 1 &&
         X509_set_issuer_name(to, signer != nullptr ? X509_get_subject_name(signer) : subject) == 1;
}

bool extend(X509* to, X509* signer, int which, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, signer != nullptr ? signer : to, to, nullptr, nullptr, 0);
  const extension_ptr extension(X509V3_EXT_conf_nid(nullptr, &context, which, value));
  return extension && X509_add_ext(to, extension.get(), -1) == 1;
}

bool set_use(X509* to, X509* signer, bool authority) {
  if (authority) {
    return extend(to, signer, NID_basic_constraints, "critical,CA:TRUE") &&
           extend(to, signer, NID_key_usage, "critical,keyCertSign,cRLSign,digitalSignature");
  }
  return extend(to, signer, NID_basic_constraints, "critical,CA:FALSE") &&
         extend(to, signer, NID_key_usage, "critical,digitalSignature") &&
         extend(to, signer, NID_ext_key_usage, "serverAuth");
}

bio_ptr reading(std::string_view text) {
  return bio_ptr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

certificate_ptr read_certificate(std::string_view pem) {
  const bio_ptr from = reading(pem);
  return certificate_ptr(from ? PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr) : nullptr);
}

key_ptr read_key(std::string_view pem) {
  const bio_ptr from = reading(pem);
  return key_ptr(from ? PEM_read_bio_PrivateKey(from.get(), nullptr, nullptr, nullptr) : nullptr);
}

template <class Write>
std::string as_pem(Write write) {
  const bio_ptr memory(BIO_new(BIO_s_mem()));
  if (!memory || write(memory.get()) != 1) return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

std::expected<tls_identity, std::string> make_self_signed(
    const std::vector<std::string>& names, std::chrono::system_clock::time_point now) {
  certificate_wish wish;
  wish.names = names;
  wish.valid_from = now - valid_before;
  wish.valid_until = now + valid_for;
  return make_certificate(wish);
}

std::expected<tls_identity, std::string> make_certificate(const certificate_wish& wish) {
  const auto alternatives = alternative_names(wish.names);
  if (!alternatives) return std::unexpected(alternatives.error());
  ERR_clear_error();
  const key_ptr key(EVP_EC_gen("P-256"));
  const certificate_ptr made(X509_new());
  certificate_ptr signer;
  key_ptr signing;
  if (wish.signer != nullptr) {
    signer = read_certificate(wish.signer->certificate_chain);
    signing = read_key(wish.signer->private_key);
    if (!signer || !signing) return std::unexpected(openssl_error());
  }
  const bool good = key && made && X509_set_version(made.get(), X509_VERSION_3) == 1 &&
                    set_serial(made.get()) && set_times(made.get(), wish) &&
                    set_names(made.get(), wish.names.front(), signer.get()) &&
                    X509_set_pubkey(made.get(), key.get()) == 1 &&
                    extend(made.get(), signer.get(), NID_subject_alt_name, alternatives->c_str()) &&
                    set_use(made.get(), signer.get(), wish.authority) &&
                    X509_sign(made.get(), signing ? signing.get() : key.get(), EVP_sha256()) > 0;
  if (!good) return std::unexpected(openssl_error());
  tls_identity identity;
  identity.certificate_chain = as_pem([&](BIO* to) { return PEM_write_bio_X509(to, made.get()); });
  identity.private_key = as_pem([&](BIO* to) {
    return PEM_write_bio_PKCS8PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  if (identity.certificate_chain.empty() || identity.private_key.empty()) {
    return std::unexpected(openssl_error());
  }
  if (wish.signer != nullptr) identity.certificate_chain += wish.signer->certificate_chain;
  return identity;
}

std::string certificate_sha256(std::string_view pem) {
  const certificate_ptr certificate = read_certificate(pem);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ERR_clear_error();
  if (!certificate || X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) != 1) {
    return {};
  }
  std::string hex;
  for (const unsigned char each : std::span(digest).first(size)) {
    hex += "0123456789abcdef"[each >> 4U];
    hex += "0123456789abcdef"[each & 0xFU];
  }
  return hex;
}

}  // namespace hassle::net
