#include "simulator/image_catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace penstock::simulator {
namespace {

TEST(ImageCatalogue, HasHundredsOfImagesTheLatestFirst) {
  const ImageCatalogue images(1);
  EXPECT_GE(images.all().size(), 300u);
  EXPECT_TRUE(std::is_sorted(images.all().begin(), images.all().end(),
                             [](const Image& a, const Image& b) { return a.time_ms > b.time_ms; }));
  std::set<std::string> ids;
  std::size_t documented = 0, faces = 0;
  for (const Image& image : images.all()) {
    ids.insert(image.id);
    EXPECT_EQ(images.find(image.id), &image);
    documented += parse_range("198.51.100.0/24")->contains(image.address) ? 1u : 0u;
    faces += image.faces > 0 ? 1u : 0u;
    EXPECT_EQ(std::count(image.tags.begin(), image.tags.end(), "has_faces"),
              image.faces > 0 ? 1 : 0);
  }
  EXPECT_EQ(ids.size(), images.all().size());
  EXPECT_GT(documented, 20u);
  EXPECT_GT(faces, 20u);
  EXPECT_EQ(images.find("none"), nullptr);
}

TEST(ImageCatalogue, IsTheSameForASeed) {
  EXPECT_EQ(ImageCatalogue(1).all()[0].id, ImageCatalogue(1).all()[0].id);
  EXPECT_NE(ImageCatalogue(1).all()[0].id, ImageCatalogue(2).all()[0].id);
}

TEST(ImageCatalogue, HasFamiliesOfImagesThatLookAlike) {
  const ImageCatalogue images(1);
  std::size_t near = 0;
  for (const Image& image : images.all()) {
    near += static_cast<std::size_t>(
        std::count_if(images.all().begin(), images.all().end(),
                      [&](const Image& other) { return distance(image, other) <= 8; }));
  }
  EXPECT_NEAR(static_cast<double>(near) / static_cast<double>(images.all().size()), 6, 0.5);
}

TEST(ImageCatalogue, DrawsPicturesOfTheRecordedSizeAndSmallerOnesOfIt) {
  const ImageCatalogue images(1);
  const Image& image = images.all()[0];
  EXPECT_EQ(picture(image), picture(image));
  EXPECT_LT(thumbnail(image).size(), picture(image).size());
  EXPECT_NE(picture(image), picture(images.all()[1]));
}

}  // namespace
}  // namespace penstock::simulator
