#include "mockha/metrics.hpp"

#include "mockha/tests/admin_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

namespace hassle::mockha::tests {

using reports::event_kind;
using testing::HasSubstr;
using testing::Not;

class MetricsTest : public admin_fixture {
 protected:
  void happen(event_kind kind, std::string text = {}) {
    reports::event e;
    e.kind = kind;
    e.text = std::move(text);
    hub_.add(std::move(e));
  }
  std::string text() { return metrics_.text(mock_, world_.time().now()); }
};

TEST_F(MetricsTest, CountWhatHappened) {
  happen(event_kind::server_accepted);
  happen(event_kind::server_auth, "ok");
  happen(event_kind::server_auth, "Invalid access token or password");
  happen(event_kind::server_received, "ping");
  happen(event_kind::server_received, "light.turn_on light.desk");
  happen(event_kind::server_executed, "light.turn_on light.desk");
  happen(event_kind::server_answered, "ok");
  happen(event_kind::server_answered, "not_found");
  happen(event_kind::answer_lost);
  happen(event_kind::server_closed, "peer");
  happen(event_kind::fault_hit);
  for (const std::string line :
       {"mockha_streams_accepted_total 1", "mockha_logins_total{result=\"ok\"} 1",
        "mockha_logins_total{result=\"refused\"} 1", "mockha_commands_total{type=\"ping\"} 1",
        "mockha_commands_total{type=\"call_service\"} 1", "mockha_executions_total 1",
        "mockha_answers_total{result=\"ok\"} 1", "mockha_answers_total{result=\"error\"} 1",
        "mockha_answers_lost_total 1", "mockha_connections_closed_total{by=\"peer\"} 1",
        "mockha_connections_closed_total{by=\"server\"} 0", "mockha_fault_hits_total 1",
        "mockha_phase{phase=\"running\"} 1", "mockha_connections 0"}) {
    EXPECT_THAT(text(), HasSubstr("\n" + line + "\n"));
  }
}

// A label for each word that a client invents would fill whatever reads this.
TEST_F(MetricsTest, WhatClientsInventMakesNoSeries) {
  for (int i = 0; i < 100; ++i) happen(event_kind::server_received, "made_up_" + std::to_string(i));
  happen(event_kind::server_received, "evil\"} 1\nx.y z");
  EXPECT_THAT(text(), Not(HasSubstr("made_up")));
  EXPECT_THAT(text(), Not(HasSubstr("evil")));
  EXPECT_THAT(text(), HasSubstr("mockha_commands_total{type=\"unknown\"} 101\n"));
}

// Every sample belongs to a family that was announced, and each family is announced once.
TEST_F(MetricsTest, AreInPrometheusForm) {
  std::istringstream lines(text());
  std::set<std::string> families;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      const std::string name = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(families.insert(name).second) << name;
    } else if (!line.starts_with("#")) {
      EXPECT_TRUE(families.contains(line.substr(0, line.find_first_of("{ ")))) << line;
    }
  }
  EXPECT_GT(families.size(), 10U);
}

}  // namespace hassle::mockha::tests
