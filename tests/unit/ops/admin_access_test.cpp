#include "penstock/ops/admin_access.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "penstock/core/limits.hpp"
#include "unit/ops/identity.hpp"

namespace penstock::ops {
namespace {

class AdminAccessTest : public testing::Test {
 protected:
  AdminAccessTest() {
    std::string name = (std::filesystem::temp_directory_path() / "penstock-access-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~AdminAccessTest() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  std::filesystem::path identity(long valid_for = 3'600) {
    write_identity(folder_ / "admin.pem", valid_for);
    return folder_ / "admin.pem";
  }
  static std::string refusal(const AdminFiles& files) {
    const auto access = read_admin_access(files);
    return access ? "" : access.error().what;
  }

  std::filesystem::path folder_;
};

TEST_F(AdminAccessTest, WithoutFilesIsOpen) {
  const auto access = read_admin_access({});
  ASSERT_TRUE(access);
  EXPECT_FALSE(access->tls);
  EXPECT_FALSE(access->users);
  EXPECT_EQ(access->summary, "no TLS; no passwords");
}

TEST_F(AdminAccessTest, TakesCertificateAndKeyOfOneFileAndSaysHowLongTheyAreGood) {
  const auto access = read_admin_access({.certificate = identity(), .key = {}, .passwords = {}});
  ASSERT_TRUE(access) << access.error().what;
  EXPECT_TRUE(access->tls);
  EXPECT_TRUE(access->summary.starts_with("TLS, the certificate is valid until 2"))
      << access->summary;
  const auto expired =
      read_admin_access({.certificate = identity(-60), .key = {}, .passwords = {}});
  ASSERT_TRUE(expired);
  EXPECT_TRUE(expired->summary.starts_with("TLS, the certificate EXPIRED at 2"))
      << expired->summary;
}

TEST_F(AdminAccessTest, SaysWhichFileOfACertificateIsWrong) {
  const auto good = identity();
  const auto wrong = write("wrong.pem", "nonsense\n");
  write_identity(folder_ / "other.pem");
  EXPECT_TRUE(refusal({wrong, {}, {}}).starts_with("admin.cert_file: " + wrong.string()));
  EXPECT_TRUE(refusal({folder_ / "none", {}, {}}).starts_with("admin.cert_file: "));
  EXPECT_TRUE(refusal({good, wrong, {}}).starts_with("admin.key_file: " + wrong.string()));
  EXPECT_NE(refusal({good, folder_ / "other.pem", {}}), "") << "another certificate's key";
}

TEST_F(AdminAccessTest, SaysWhatIsWrongWithAPasswordFile) {
  const auto said = [&](const std::filesystem::path& file) { return refusal({{}, {}, file}); };
  EXPECT_EQ(said(folder_ / "none"), "admin.password_file: " + (folder_ / "none").string() +
                                        " can't be read: No such file or directory");
  const auto file = write("passwords", "# nobody\nanna:secret\n");
  const std::string wrong = said(file);
  EXPECT_TRUE(wrong.starts_with("admin.password_file: " + file.string() + " line 2: no hash"));
  EXPECT_EQ(wrong.find("secret"), std::string::npos);
  write("passwords", std::string(limits::value_file.count + 1, '#'));
  EXPECT_EQ(said(file), "admin.password_file: " + file.string() + " is larger than 64KiB");
}

}  // namespace
}  // namespace penstock::ops
